import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** The key and certificate of an earlier start in `folder`, so that whoever trusts it goes on doing so; new ones where it has none that is still good. */
export async function keptCertificate(folder: string, nowMs: number): Promise<KeyPair> {
  const [keyFile, certificateFile] = [join(folder, 'smtp-key.pem'), join(folder, 'smtp-certificate.pem')]
  const [key, certificate] = await Promise.all(
    [keyFile, certificateFile].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  if (key && certificate && isGood(certificate, nowMs)) return { key, certificate }
  const made = await selfSignedCertificate()
  await mkdir(folder, { recursive: true })
  await writeFile(keyFile, made.key, { mode: 0o600 })
  await chmod(keyFile, 0o600)
  await writeFile(certificateFile, made.certificate)
  return made
}

const isGood = (certificate: string, nowMs: number): boolean => {
  try {
    return new X509Certificate(certificate).validToDate.getTime() > nowMs
  } catch {
    return false
  }
}

/** A key and its self-signed certificate (PEM) for 127.0.0.1, ::1 and localhost, good for a year. */
async function selfSignedCertificate(): Promise<KeyPair> {
  const { private: key, cert: certificate } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key, certificate }
}
