import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isLogin } from './login.ts'
import { FOLDERS } from './mail.ts'

/**
 * The embedded mail store's folder, shared by the SMTP server, its pages and the port, perhaps in several processes:
 * `mailboxes/<login>/<folder>/<time>-<id>.eml`, beside them `mailbox.json`; letters to addresses elsewhere lie in
 * `outside/<address>/INBOX/`, so that a demo's user finds the confirmation codes. Every write is a rename: a reader
 * sees a whole letter or none.
 */
export type Place = { readonly kind: 'mailboxes' | 'outside'; readonly name: string }

export type Letter = {
  readonly place: Place
  readonly folder: string
  readonly file: string
  readonly at: Date
  readonly bytes: number
}

const Settings = z.object({ mail: z.string(), quotaMb: z.number() })
export type Settings = z.infer<typeof Settings>

const FILE = /^(\d{15})-[0-9a-f-]{36}\.eml$/

/** An address as a folder's name, and back. */
export const outsideName = (address: string): string => encodeURIComponent(address)
export const addressIn = (name: string): string => decodeURIComponent(name)

/** False for whatever could leave the folder; such names come from a URL. */
export const isPlace = (place: Place): boolean =>
  place.kind === 'mailboxes' ? isLogin(place.name) : /^[^./\\\0][^/\\\0]{2,200}$/.test(place.name)

const names = (path: string): Promise<string[]> => readdir(path).catch(() => [])

async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const half = `${path}.${randomUUID()}.tmp`
  await writeFile(half, content)
  await rename(half, path)
}

export function maildrop(root: string) {
  const pathOf = (place: Place): string => {
    if (!isPlace(place)) throw new RangeError(`not a mailbox: ${place.name}`)
    return join(root, place.kind, place.name)
  }
  const folderPath = (place: Place, folder: string): string => {
    if (!(FOLDERS as readonly string[]).includes(folder)) throw new RangeError(`not a folder: ${folder}`)
    return join(pathOf(place), folder)
  }
  const exists = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    )

  const letters = async (place: Place): Promise<Letter[]> => {
    const found = await Promise.all(
      FOLDERS.map(async (folder) => {
        const files = (await names(folderPath(place, folder))).filter((file) => FILE.test(file))
        return Promise.all(
          files.map(async (file): Promise<Letter> => {
            const { size } = await stat(join(folderPath(place, folder), file))
            return { place, folder, file, at: new Date(Number(FILE.exec(file)?.[1])), bytes: size }
          }),
        )
      }),
    )
    return found.flat().toSorted((a, b) => (a.file < b.file ? 1 : -1))
  }

  return {
    /** Makes the mailbox's folders and notes its settings; whether there was nothing of it before, or something lacked. */
    async make(place: Place, settings: Settings): Promise<boolean> {
      const path = pathOf(place)
      const missing: string[] = []
      for (const folder of FOLDERS) if (!(await exists(join(path, folder)))) missing.push(folder)
      for (const folder of missing) await mkdir(join(path, folder), { recursive: true })
      const wanted = JSON.stringify(settings)
      const noted = await readFile(join(path, 'mailbox.json'), 'utf8').catch(() => '')
      if (noted !== wanted) await writeWhole(join(path, 'mailbox.json'), wanted)
      return missing.length > 0
    },

    exists: (place: Place): Promise<boolean> => exists(pathOf(place)),

    /** What `make` noted; null for a mailbox that only ever received. */
    async settings(place: Place): Promise<Settings | null> {
      const noted = await readFile(join(pathOf(place), 'mailbox.json'), 'utf8').catch(() => null)
      return noted === null ? null : Settings.parse(JSON.parse(noted))
    },

    /** Puts a message into INBOX; it is whole on disk when this returns. */
    async deliver(place: Place, message: Buffer, at: Date): Promise<void> {
      const inbox = folderPath(place, 'INBOX')
      await mkdir(inbox, { recursive: true })
      await writeWhole(join(inbox, `${String(at.getTime()).padStart(15, '0')}-${randomUUID()}.eml`), message)
    },

    /** Newest first. */
    letters,

    read: (place: Place, folder: string, file: string): Promise<Buffer | null> =>
      FILE.test(file) ? readFile(join(folderPath(place, folder), file)).catch(() => null) : Promise.resolve(null),

    async places(): Promise<Place[]> {
      const kinds = ['outside', 'mailboxes'] as const
      const found = await Promise.all(
        kinds.map(async (kind) => (await names(join(root, kind))).map((name): Place => ({ kind, name }))),
      )
      return found.flat().filter(isPlace)
    },
  }
}

export type Maildrop = ReturnType<typeof maildrop>
