import { ownerAdvice } from '../../durable/owner.js'
import { errorCode, OperatorError } from '../../operator-error.js'

/**
 * Do something in the state folder; a fault of the disk becomes one that tells the operator which folder it is.
 * @throws OperatorError, or whatever else `work` throws
 */
export async function inStateFolder<T>(stateFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined || error instanceof OperatorError) throw error
    throw new OperatorError(
      `the state folder ${stateFolder} can't be used (${code}): ` +
        (ownerAdvice(error) ?? 'check [server] state_folder, its owner and its disk'),
      { cause: error },
    )
  }
}
