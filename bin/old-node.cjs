// Runs before an installation, on whatever Node npm has, and so in words that an old one understands.
var major = Number(process.versions.node.split('.')[0])
if (major < 18) {
  console.error('collector: to install it needs Node 18 or newer with npm 9 or newer; this is Node ' + process.version)
  process.exit(1)
}
