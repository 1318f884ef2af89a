/** A table, the first column left and the others right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, index) => (index === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n')

/** `63.25` */
export const seconds = (ms: number): string => (ms / 1000).toFixed(2)

/** In millions of bytes: `204` */
export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

/** `13,120,450` */
export const whole = (count: number): string => Math.round(count).toLocaleString('en-US')

/** `+4.1 %` */
export const percentMore = (more: number, base: number): string => `${((more / base - 1) * 100).toFixed(1)} %`
