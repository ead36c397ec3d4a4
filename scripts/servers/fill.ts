import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the configuration lies that is also used in production. */
export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))

/** Fills in every `@@NAME@@` as `deploy/fill.sh` does. Throws for a name that has no value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/@@([A-Z_]+)@@/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`No value for @@${name}@@`)
    return String(value)
  })
}

/** Fills in files of `deploy/` and writes them, readable by the owner only (they hold passwords), into a folder. */
export function fillFiles(files: readonly string[], folder: string, values: Readonly<Record<string, string | number>>) {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  for (const file of files) {
    try {
      writeFileSync(join(folder, basename(file)), fill(readFileSync(join(DEPLOY, file), 'utf8'), values), {
        mode: 0o600,
      })
    } catch (error) {
      throw new Error(`deploy/${file}: ${(error as Error).message}`, { cause: error })
    }
  }
}
