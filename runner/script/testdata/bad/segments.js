// want: options.executionSegment: the segment "1/2:1/4" is empty: write it like "1/4:1/2"
export const options = { executionSegment: '1/2:1/4' };
export default function () {}
