import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * Why a test that needs this program can't run, `undefined` where it can: for `test.skipIf(toolMissing('xz'))`. Under
 * `REQUIRE_ALL=1` it throws instead, so that no test is skipped unseen. `tool` is a name to look for in `$PATH`, or a path.
 */
export function toolMissing(tool: string): string | undefined {
  const places = isAbsolute(tool)
    ? [tool]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, tool))
  if (places.some(isExecutable)) return undefined
  const reason = `${tool} is not on this machine`
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(`${reason}, and REQUIRE_ALL=1 wants every test to run`)
  return reason
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
