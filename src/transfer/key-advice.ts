/** The command that makes a key that ssh2 reads. */
export const makeKey = (path: string): string => `ssh-keygen -t ed25519 -N '' -f ${path}`

/** What else may stand in the file of a private key, and what to do about it. */
const ADVICE: readonly (readonly [RegExp, (path: string) => string])[] = [
  [
    /^PuTTY-User-Key-File-/m,
    (path) =>
      `is a PuTTY key: turn it into OpenSSH's form with puttygen ${path} -O private-openssh-new -o ${path}.openssh (without a passphrase), and name that file`,
  ],
  [
    /^-----BEGIN ENCRYPTED PRIVATE KEY-----/m,
    (path) => `wants a passphrase: take it off with openssl pkey -in ${path} -out ${path}.open, and name that file`,
  ],
  [
    /^---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/m,
    (path) => `is a key of ssh.com's form: make a new one with ${makeKey(`${path}.openssh`)}`,
  ],
  [
    /^(ssh-|ecdsa-|sk-)\S+ AAAA|^---- BEGIN SSH2 PUBLIC KEY|^-----BEGIN (RSA )?PUBLIC KEY-----/m,
    (path) => `is a public key: name the private half, mostly ${path.replace(/\.pub$/, '')} without .pub`,
  ],
  [
    /^-----BEGIN CERTIFICATE-----/m,
    (path) => `is a certificate of TLS, no key of SSH: make one with ${makeKey(`${path}.openssh`)}`,
  ],
  [
    /^-----BEGIN DSA PRIVATE KEY-----/m,
    (path) => `is a DSA key, which no server takes any more: make one with ${makeKey(`${path}.ed25519`)}`,
  ],
  [/Proc-Type: 4,ENCRYPTED/, (path) => `wants a passphrase: take it off with ssh-keygen -p -f ${path}`],
]

/** What to do about a file that holds something else than an open private key of SSH; `undefined` where that is not plain. */
export const keyAdvice = (text: string, path: string): string | undefined =>
  ADVICE.find(([pattern]) => pattern.test(text))?.[1](path)
