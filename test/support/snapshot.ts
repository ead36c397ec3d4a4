import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { entriesOf } from '../../scripts/servers/entries.ts'
import type { Slapd } from '../../scripts/servers/slapd.ts'

/** Congvu's entries by DN, each with its sorted lines; but for their revisions, which only ever grow. */
export async function entries(slapd: Slapd): Promise<Map<string, string[]>> {
  const found = await entriesOf(slapd, slapd.baseDn, '(congvuId=*)', ['entryUUID'])
  return new Map(
    found.map((entry) => {
      const [dn = '', ...lines] = entry.split('\n')
      return [dn, lines.filter((line) => !line.startsWith('congvuRevision:')).sort()]
    }),
  )
}

/** What Dovecot rebuilds or notes by itself when a mailbox is only looked at. */
const PASSING =
  /^(dovecot\.index.*|dovecot\.list\.index.*|dovecot-uidvalidity.*|dovecot-acl-list|last-login|.*\.lock|\.lock.*|maildirfolder)$/

/**
 * Every file under the mail store's root: letters by name, size and time, lists of UIDs (with the folder's UIDVALIDITY) and rights by
 * what is in them.
 */
export function mailStore(root: string): Map<string, string> {
  const files = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const each of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, each.name)
      if (each.isDirectory()) walk(path)
      else if (!PASSING.test(each.name)) {
        const { size, mtimeMs } = statSync(path)
        const text = each.name.startsWith('dovecot-') || each.name.startsWith('subscriptions')
        files.set(relative(root, path), text ? readFileSync(path, 'utf8') : `${size} ${mtimeMs}`)
      }
    }
  }
  walk(root)
  return files
}
