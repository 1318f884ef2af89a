/**
 * Whether a list such as `NO_PROXY` names the host of `url`, as curl reads it: hosts with commas or blanks between them,
 * each with all hosts below it (`example.org`, `.example.org` and `*.example.org` are the same), if wanted for one port
 * (`example.org:8443`); `*` names every host.
 */
export function isExempt(url: URL, list: string): boolean {
  const host = bare(url.hostname)
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', port] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (name === '' || (port !== undefined && port !== portOf(url))) return false
    const wanted = bare(name.replace(/^\*?\.(?=.)/, ''))
    return wanted === '*' || host === wanted || host.endsWith(`.${wanted}`)
  })
}

/** The port to which a request to `url` goes. */
export const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80')

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(?<=.)\.$/, '')
