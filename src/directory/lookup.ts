import { anyOf, equal, present, valuesOf, type LdapFilter, type LdapSettings } from './operations.ts'
import { openPool } from './pool.ts'

/** So many are looked for by one search. */
const TOGETHER = 100

export type Lookup = ReturnType<typeof directoryLookup>

/** The look-ups of a mail server, for the embedded one. Throws TargetFault when the directory cannot be asked. */
export function directoryLookup(settings: LdapSettings) {
  const pool = openPool(settings)
  const search = (filter: LdapFilter, attributes: readonly string[]) =>
    pool.use((connection) => connection.search(settings.baseDn, { scope: 'sub', filter, attributes }))

  async function receivers(address: string): Promise<{ login: string }[] | 'closed' | null> {
    const named = anyOf([equal('mail', address), equal('congvuAlias', address)])
    const entries = await search(named, ['uid', 'congvuReceive', 'member', 'congvuPosting'])
    if (entries.length === 0) return null
    // The embedded server knows nobody's password, so whoever writes has not signed in.
    if (entries.some((entry) => (valuesOf(entry, 'congvuPosting')[0] ?? 'anyone') !== 'anyone')) return 'closed'
    const found: { login: string }[] = []
    for (const entry of entries) {
      const [login] = valuesOf(entry, 'uid')
      if (login !== undefined && valuesOf(entry, 'congvuReceive')[0] === 'TRUE') found.push({ login })
      for (const dn of valuesOf(entry, 'member')) {
        const [member] = await pool.use((connection) =>
          connection.search(dn, {
            scope: 'base',
            filter: present('objectClass'),
            attributes: ['uid', 'congvuReceive'],
          }),
        )
        const [uid] = member ? valuesOf(member, 'uid') : []
        if (member && uid !== undefined && valuesOf(member, 'congvuReceive')[0] === 'TRUE') found.push({ login: uid })
      }
    }
    return found.length > 0 ? found : null
  }

  return {
    /** Of these logins, those of which a mailbox exists. */
    resolving: async (logins: readonly string[]): Promise<ReadonlySet<string>> => {
      const slices = Array.from({ length: Math.ceil(logins.length / TOGETHER) }, (_, n) =>
        logins.slice(n * TOGETHER, (n + 1) * TOGETHER),
      )
      const found = await Promise.all(
        slices.map((some) => search(anyOf(some.map((uid) => equal('uid', uid))), ['uid'])),
      )
      return new Set(found.flat().flatMap((entry) => valuesOf(entry, 'uid')))
    },
    /** Who receives mail for an address: a mailbox, or a group's members; null for nobody, `closed` where not everybody may write. */
    receivers,
    close: () => pool.close(),
  }
}
