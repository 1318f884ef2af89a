/** Turns an archive file's content into what lies on the disk, in order. */
export interface Encoder {
  /** Take content; waits while there is enough to do. Once this resolves the memory is the caller's again. */
  write(content: Uint8Array): Promise<void>
  /** Bytes of content that are still to be worked on, once nothing more comes. */
  readonly pending: number
  /** Nothing more comes: resolves when everything has been passed on. Work is begun in the order of the calls. */
  end(): Promise<void>
}

/** Where an encoder's bytes go. */
export type Output = (encoded: Uint8Array) => Promise<void>
