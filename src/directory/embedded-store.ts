import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { dnKey, parentDn } from './dn.ts'
import { foldValue } from './embedded-schema.ts'

export type StoredEntry = {
  readonly dn: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
  readonly entryUUID: string
  /** Generalized time, UTC. */
  readonly created: string
  readonly modified: string
}

type Line = { readonly put: StoredEntry } | { readonly remove: string }

export type EntryStore = {
  get(dn: string): StoredEntry | undefined
  /** The entry and all below it. */
  below(dn: string): Iterable<StoredEntry>
  children(dn: string): Iterable<StoredEntry>
  /** Entries that hold the value, for the indexed attributes; null when the attribute is not indexed. */
  holding(attribute: string, value: string): readonly StoredEntry[] | null
  /** Kept on disk (fsync) when the promise resolves; visible to readers at once. */
  put(dn: string, attributes: StoredEntry['attributes']): Promise<void>
  remove(dn: string): Promise<void>
  close(): Promise<void>
}

const INDEXED = ['uid', 'mail', 'congvuAlias', 'congvuId']
const INDEXED_LOWER = new Set(INDEXED.map((name) => name.toLowerCase()))
const now = () => new Date().toISOString().replace(/[-:T]|\.\d+/g, '')

/**
 * Entries in memory with a journal of JSON lines. Each change is a line that is synced before it is confirmed; a line
 * torn by a crash is the last one and was never confirmed. At the start the journal is rewritten without what is past, into
 * a new file that takes the old one's place in one step.
 */
export async function openStore(file: string): Promise<EntryStore> {
  const entries = new Map<string, StoredEntry>()
  const childKeys = new Map<string, Set<string>>()
  const index = new Map<string, Set<string>>()

  const indexKeys = (entry: StoredEntry) =>
    INDEXED.flatMap((name) =>
      (entry.attributes[name] ?? []).map((value) => `${name.toLowerCase()}:${foldValue(name, value)}`),
    )

  function set(entry: StoredEntry): void {
    const key = dnKey(entry.dn)
    unset(key)
    entries.set(key, entry)
    into(childKeys, dnKey(parentDn(entry.dn)), key)
    for (const name of indexKeys(entry)) into(index, name, key)
  }
  function unset(key: string): void {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    childKeys.get(dnKey(parentDn(entry.dn)))?.delete(key)
    for (const name of indexKeys(entry)) index.get(name)?.delete(key)
  }

  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  for (const line of readJournal(file)) {
    if ('put' in line) set(line.put)
    else unset(dnKey(line.remove))
  }
  const journal = await compact(file, entries.values())

  let waiting: { text: string; done: () => void; failed: (error: unknown) => void }[] = []
  let writing: Promise<void> | null = null
  const append = (line: Line) =>
    new Promise<void>((done, failed) => {
      waiting.push({ text: `${JSON.stringify(line)}\n`, done, failed })
      writing ??= flush()
    })

  /** Changes that come in while one is being synced share the next sync. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await journal.appendFile(batch.map(({ text }) => text).join(''))
        await journal.datasync()
        for (const { done } of batch) done()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    writing = null
  }

  const pick = (keys: Iterable<string>) => [...keys].flatMap((key) => entries.get(key) ?? [])
  const children = (dn: string) => pick(childKeys.get(dnKey(dn)) ?? [])
  function* below(dn: string): Iterable<StoredEntry> {
    const self = entries.get(dnKey(dn))
    if (self) yield self
    for (const child of children(dn)) yield* below(child.dn)
  }

  return {
    get: (dn) => entries.get(dnKey(dn)),
    below,
    children,
    holding: (attribute, value) =>
      INDEXED_LOWER.has(attribute.toLowerCase())
        ? pick(index.get(`${attribute.toLowerCase()}:${foldValue(attribute, value)}`) ?? [])
        : null,
    put: (dn, attributes) => {
      const old = entries.get(dnKey(dn))
      const at = now()
      const entry = {
        dn,
        attributes,
        entryUUID: old?.entryUUID ?? randomUUID(),
        created: old?.created ?? at,
        modified: at,
      }
      set(entry)
      return append({ put: entry })
    },
    remove: (dn) => {
      unset(dnKey(dn))
      return append({ remove: dn })
    },
    close: async () => {
      await writing
      await journal.close()
    },
  }
}

function into(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values) values.add(value)
  else map.set(key, new Set([value]))
}

function readJournal(file: string): Line[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  // After the last newline there is nothing, or a line that a crash has torn.
  return lines.slice(0, -1).map((line, n) => {
    try {
      return JSON.parse(line) as Line
    } catch (error) {
      throw new Error(`${file}:${n + 1} is damaged: ${(error as Error).message}`, { cause: error })
    }
  })
}

async function compact(file: string, entries: Iterable<StoredEntry>): Promise<FileHandle> {
  const fresh = `${file}.new`
  const handle = await open(fresh, 'w', 0o600)
  await handle.writeFile([...entries].map((put) => `${JSON.stringify({ put })}\n`).join(''))
  await handle.sync()
  await rename(fresh, file)
  const folder = await open(dirname(file), 'r')
  await folder.sync()
  await folder.close()
  return handle
}
