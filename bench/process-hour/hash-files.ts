/** Hashes files as process-hour does, so that the share of that can be told: hash-files.js FILE... */
import { argv } from 'node:process'
import { hashFile } from '../../src/durable/hash.js'

for (const path of argv.slice(2)) await hashFile(path)
