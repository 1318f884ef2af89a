// A package made by `npm pack` brings the exact versions that the tests ran with: npm takes them from npm-shrinkwrap.json,
// which has the form of package-lock.json. It exists only while the package is made.
const { copyFileSync, rmSync } = require('node:fs')

if (process.argv[2] === 'make') copyFileSync('package-lock.json', 'npm-shrinkwrap.json')
else rmSync('npm-shrinkwrap.json', { force: true })
