// Takes the engines of all packages but this one out of package-lock.json. The program, its tests and its checks run on the
// Node that comes with it, while npm compares with the Node that npm runs on: it would warn of most packages, and silently leave
// out optional ones, such as the native parts of vitest, without which no test runs.
const { readFileSync, writeFileSync } = require('node:fs')

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) if (path !== '') delete entry.engines
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
