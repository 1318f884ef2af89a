type Listener = (sentence: string) => void

let listener: Listener | undefined
const told = new Set<string>()

/** From now on give `tell` what an operator should know of a file system, each thing once. */
export function onDiskNotice(tell: Listener): void {
  listener = tell
  told.clear()
}

/** Tell something of a file system as a whole sentence; nothing else of the same `kind` is told in this process. */
export function diskNotice(kind: string, sentence: string): void {
  if (told.has(kind)) return
  told.add(kind)
  listener?.(sentence)
}
