import { z } from 'zod'
import { deliverySchema } from './delivery-state.js'

const attachmentSchema = z.object({
  filename: z.string(),
  /** Plain text. */
  content: z.string(),
})

/** A mail that is to be sent; sender and receivers are those of the settings at the time of sending. */
export const mailSchema = z.object({
  /**
   * What it is about, such as `report-2026-11-21`: letters, digits, hyphens. A waiting mail with the same `about` is
   * replaced.
   */
  about: z.string().regex(/^[a-zA-Z\d-]+$/),
  subject: z.string(),
  text: z.string(),
  attachments: z.array(attachmentSchema).optional(),
  /** What became of it so far, where it was tried. */
  delivery: deliverySchema.optional(),
  /** Mails with the same one are shown as one thread. */
  thread: z.string().optional(),
})

export type Mail = z.infer<typeof mailSchema>
