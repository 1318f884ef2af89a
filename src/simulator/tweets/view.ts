/** How each field of a thing is made; `undefined` where the thing has none. */
export type Fields<Thing> = Record<string, (thing: Thing) => unknown>

/** Makes the object that a payload holds for a thing. */
export type View<Thing> = (thing: Thing) => Record<string, unknown>

/** The view with those fields that are asked for; in the fields' own order, whatever the order of asking. */
export function viewOf<Thing>(fields: Fields<Thing>, asked: ReadonlySet<string>): View<Thing> {
  const chosen = Object.entries(fields).filter(([name]) => asked.has(name))
  return (thing) => {
    const object: Record<string, unknown> = {}
    for (const [name, make] of chosen) {
      const value = make(thing)
      if (value !== undefined) object[name] = value
    }
    return object
  }
}
