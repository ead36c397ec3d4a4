import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Servers } from '../../scripts/servers/all.ts'
import { run } from '../servers/support.ts'

/** One write as the directory server carried it out; `revision` is the one that it left behind, null where it left that alone. */
export type Written = { readonly type: 'add' | 'modify'; readonly dn: string; readonly revision: number | null }

/** Lets slapd note every write that it carries out, in its order; answers what was noted since the last question. */
export async function watchWrites({ slapd, folder }: Servers): Promise<() => Written[]> {
  const file = join(folder, 'slapd', 'writes.ldif')
  const change = `dn: cn=module{0},cn=config
changetype: modify
add: olcModuleLoad
olcModuleLoad: auditlog

dn: olcOverlay=auditlog,olcDatabase={1}mdb,cn=config
changetype: add
objectClass: olcOverlayConfig
objectClass: olcAuditlogConfig
olcOverlay: auditlog
olcAuditlogFile: ${file}
`
  const { code, output } = await run('ldapmodify', ['-Q', '-Y', 'EXTERNAL', '-H', slapd.adminUrl], {}, change)
  if (code !== 0) throw new Error(output)
  let read = 0
  return () => {
    const all = readFileSync(file, 'utf8')
    const fresh = all.slice(read)
    read = all.length
    return fresh.split(/^# end .*$/m).flatMap(writtenIn)
  }
}

function writtenIn(record: string): Written[] {
  const text = record.replace(/\n /g, '')
  const type = /^changetype: (add|modify)$/m.exec(text)?.[1] as Written['type'] | undefined
  const dn = /^dn: (.*)$/m.exec(text)?.[1]
  if (type === undefined || dn === undefined) return []
  const revision = [...text.matchAll(/^(?:(\w+): congvuRevision\n)?congvuRevision: (\d+)$/gm)]
    .filter(([, operation]) => operation !== 'delete')
    .at(-1)?.[2]
  return [{ type, dn, revision: revision === undefined ? null : Number(revision) }]
}
