/** Something that is not as it must be, or, as a note, that only is worth knowing. */
export interface Finding {
  /** `2026-11-21/2026-11-21_13_tweets.csv.xz`, within the vault, or another place. */
  readonly place: string
  readonly text: string
}

export const describeFinding = ({ place, text }: Finding): string => `${place}: ${text}`

/** What was found of an hour or a day. */
export interface Found {
  readonly findings: Finding[]
  readonly notes: Finding[]
  /** Hours of which an archive file or the book is missing or is not what was written: `--mend` sees to them. */
  readonly damaged: Set<number>
  /** Hours whose receipt is not what their book says. */
  readonly wrongReceipts: Set<number>
  /** Hours whose book has a state, seconds heard or gaps that contradict each other: `--mend` judges them anew. */
  readonly misjudged: Set<number>
  /** Hours in whose archive files something was found. */
  readonly unsound: Set<number>
}

export const nothingFound = (): Found => ({
  findings: [],
  notes: [],
  damaged: new Set(),
  wrongReceipts: new Set(),
  misjudged: new Set(),
  unsound: new Set(),
})

/** Add the one to the other. */
export function addTo(all: Found, { findings, notes, damaged, wrongReceipts, misjudged, unsound }: Found): void {
  all.findings.push(...findings)
  all.notes.push(...notes)
  for (const hour of damaged) all.damaged.add(hour)
  for (const hour of wrongReceipts) all.wrongReceipts.add(hour)
  for (const hour of misjudged) all.misjudged.add(hour)
  for (const hour of unsound) all.unsound.add(hour)
}
