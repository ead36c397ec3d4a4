/**
 * The same function for texts that come again and again: it keeps what it made of each. It keeps at most so many, and then begins
 * anew, so that memory has a bound.
 */
export function remembered<T extends string | number | boolean | object | null>(
  most: number,
  make: (text: string) => T,
): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const made = make(text)
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}
