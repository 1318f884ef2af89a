import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { runProgram } from '../../src/commands/program.js'
import { startSmtp } from '../../src/simulator/smtp/smtp.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { header } from '../health/mail/postman.js'

/** Server 1's settings with a mail server; `more` stands behind them. */
async function world(more: string) {
  const folder = await temporaryFolder()
  const smtp = await startSmtp({ folder: join(folder.path, 'mails') })
  const file = join(folder.path, 'settings.ini')
  await mkdir(join(folder.path, 'spool'))
  await writeFile(join(folder.path, 'ca.pem'), smtp.certificate)
  await writeFile(join(folder.path, 'token'), 'secret-token\n')
  await chmod(join(folder.path, 'token'), 0o600)
  await writeFile(
    file,
    `[server]\nnumber = 1\nredundant = false\nstate_folder = state\n[x]\nbearer_token_file = token\n[spool]\nfolder = spool\n${more}\n` +
      `[vault]\nfolder = vault\n[mail]\nenabled = true\nhost = 127.0.0.1\nport = ${smtp.port}\nca_file = ca.pem\nfrom = c@example.org\nto = o@example.org\n`,
  )
  const written: string[] = []
  return {
    written,
    subjects: async () => (await smtp.mails()).map((mail) => header(mail, 'Subject')),
    run: (words: string[], isTTY = false) =>
      runProgram(['--settings', file, ...words], {
        env: { COLLECTOR_TEMPORARY_FOLDERS: 'true' },
        cwd: folder.path,
        stdout: { write: (text: string) => written.push(text) },
        stderr: { write: (text: string) => written.push(text), isTTY },
        self: ['node', 'main.js'],
        clock: realClock(),
        random: () => 0.5,
        signal: new AbortController().signal,
      }),
    [Symbol.asyncDispose]: async () => {
      await smtp[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('settings with a fault outside [mail] are mailed, once an incident, by the command and by alert', async () => {
  await using at = await world('late_minutes = 600')
  for (let start = 0; start < 2; start++) expect(await at.run(['collect'])).toBe(2)
  expect(await at.run(['--json', 'alert', '--unit', 'collector-collect.service'])).toBe(0)
  expect(await at.subjects()).toEqual(['collector server 1: collect has failed'])
  expect(at.written.at(-1)).toBe('{"unit":"collector-collect.service","mail":"done","sent":0,"waiting":0}\n')
})

test('at a terminal nobody is mailed of what the person before it sees', async () => {
  await using at = await world('late_minutes = 600')
  expect(await at.run(['process-hour'], true)).toBe(2)
  expect(await at.subjects()).toEqual([])
})

test('a log in JSON has the failure of a command as an event', async () => {
  await using at = await world('late_minutes = 600')
  expect(await at.run(['--log', 'json', 'process-hour'], true)).toBe(2)
  const events = at.written.map((line) => JSON.parse(line) as { msg: string; level: number; exit_code: number })
  expect(events).toMatchObject([{ level: 50, exit_code: 2 }])
  expect(events[0]?.msg).toContain('late_minutes')
})
