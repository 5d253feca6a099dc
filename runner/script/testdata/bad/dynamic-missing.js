// want: cannot find what is imported: Could not resolve "./nowhere.js"
export default async function () { await import('./nowhere.js'); }
