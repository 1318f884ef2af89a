import { beforeEach } from 'vitest'

/** Tests that follow one another: once one has failed those after it are skipped, for they would fail for its reason. */
export function oneAfterAnother(): void {
  let failed: string | undefined
  beforeEach(({ skip, onTestFailed, task }) => {
    if (failed !== undefined) skip(`"${failed}" has failed`)
    onTestFailed(() => {
      failed = task.name
    })
  })
}
