const plurals = new Intl.PluralRules('en')

/** `2 requests`, `1 request`; takes numbers and numbers already written, such as `6,000`. */
export const of = (n: number | string, one: string, many = `${one}s`): string =>
  `${n} ${plurals.select(Number(String(n).replaceAll(',', ''))) === 'one' ? one : many}`
