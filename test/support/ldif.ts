/** The values of an attribute in what `ldapsearch -LLL` printed, unfolded and decoded. */
export const valuesIn = (ldif: string, attribute: string): string[] =>
  ldif
    .replace(/\n /g, '')
    .split('\n')
    .filter((row) => row.toLowerCase().startsWith(`${attribute.toLowerCase()}:`))
    .map((row) => {
      const value = row.slice(attribute.length + 1)
      return value.startsWith(':') ? Buffer.from(value.slice(1).trim(), 'base64').toString('utf8') : value.trim()
    })
