import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Slapd } from './slapd.ts'

/** Entries as slapd has them, each as LDIF: every person's, where nothing else is asked for; operational attributes by name. */
export async function entriesOf(
  slapd: Slapd,
  base = `ou=people,${slapd.baseDn}`,
  filter = '(objectClass=inetOrgPerson)',
  operational: readonly string[] = [],
): Promise<string[]> {
  const asked = ['-x', '-H', slapd.tlsUrl, '-D', slapd.bindDn, '-w', slapd.bindPassword, '-LLL', '-o', 'ldif-wrap=no']
  const search = spawn('ldapsearch', [...asked, '-E', 'pr=500/noprompt', '-b', base, filter, '*', ...operational], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LDAPTLS_CACERT: slapd.caFile },
  })
  const closed = once(search, 'close')
  const texts: string[] = []
  for await (const chunk of search.stdout.setEncoding('utf8')) texts.push(String(chunk))
  const [code] = (await closed) as [number]
  if (code !== 0) throw new Error(`ldapsearch ended with ${code}`)
  return (
    texts
      .join('')
      // Between two pages ldapsearch says something of its own.
      .replace(/^#.*\n/gm, '')
      .split('\n\n')
      .map((entry) => entry.trim())
      .filter((entry) => entry.startsWith('dn:'))
  )
}
