// want: options.executionSegment: the segment "0:1/3" is none of the sequence "0,1/2,1"
export const options = { executionSegment: '0:1/3', executionSegmentSequence: '0,1/2,1' };
export default function () {}
