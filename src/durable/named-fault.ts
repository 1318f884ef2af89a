import { errorCode } from '../operator-error.js'

/**
 * The system's error with the path of the file in it. What fails on an open file, such as fsync, names none by itself; what is no
 * error of the system's stays as it is.
 */
export function named(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || errorCode(error) === undefined || 'path' in error) return error
  error.message = `${error.message} '${path}'`
  return Object.assign(error, { path })
}

/** Do something with an open file. @throws what `work` throws, with the file's path */
export async function naming<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw named(error, path)
  }
}
