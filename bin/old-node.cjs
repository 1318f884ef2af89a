// Runs before an installation where .npmrc is passed over, on whatever Node npm has, and so in words that an old one understands.
var node = process.versions.node
var npm = (/^npm\/(\S+)/.exec(process.env.npm_config_user_agent || '') || [])[1]
function isBelow(version, least) {
  return version !== undefined && Number(version.split('.')[0]) < least
}
if (isBelow(node, 18) || isBelow(npm, 9)) {
  console.error(
    'collector: to install it needs Node 18 or newer with npm 9 or newer; this is Node v' +
      node +
      (npm === undefined ? '' : ' with npm ' + npm),
  )
  process.exit(1)
}
