/**
 * Faults of the SFTP server, by kind. `only` is a part of the request's name and path from the client's root
 * (`WRITE /incoming/2026-11-21/13/batch.json.part`), for `refuse-login` of the user's name; `after` counts the requests of all
 * connections, for `cut` and `disk-full` their writes.
 */
export const sftpFaults = {
  'refuse-login': 'the key is refused',
  stall: 'the connection stays open and answers nothing more',
  'hang-up': 'the connection is cut in place of an answer',
  'end-session': 'the SFTP session is ended in place of an answer; the connection stays',
  status: 'a request is answered with the status `value` (4, failure), and not carried out',
  'odd-missing': 'a request for what is not there is answered with the status `value` (4, failure)',
  'wrong-answer': 'a request is answered with something else than what was asked for',
  'bare-attributes': 'neither type, size nor time of a file are told',
  'untyped-modes': 'the modes that are told have no type of file in them',
  'sizeless-list': 'a folder lists its entries with the size 0',
  'endless-list': 'a folder has no end of entries',
  cut: "the connection is cut after `value` bytes of a file were written (0 unless told), at the file's end at the latest",
  'disk-full': 'a write fails',
  'rename-refused': 'a renaming fails',
  'read-only': 'opening a file for writing, or making a folder, is refused',
  'little-space': '`value` bytes are said to be free',
} as const
