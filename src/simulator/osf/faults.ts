/** Faults of OSF, by kind. `only` is matched against `METHOD url path-meant`, `after` counts requests. */
export const osfFaults = {
  status: 'a request is answered with the status `value`, and not carried out',
  reset: 'the connection of an upload is reset after `value` bytes',
  'stored-without-answer': 'an upload is stored, and the connection reset instead of an answer',
  'folder-made-in-between': 'somebody else made the folder a moment before',
  'wrong-hash': 'the answer to an upload names another hash',
} as const
