import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export const isRoot = () => process.getuid?.() === 0

const line = (file: string, name: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((row) => row.split(':'))
    .find(([key]) => key === name)

/** A user of this system, or null. */
export function user(name: string): { uid: number; gid: number } | null {
  const row = line('/etc/passwd', name)
  return row ? { uid: Number(row[2]), gid: Number(row[3]) } : null
}

/** The number of a group of this system, or null. */
export function group(name: string): number | null {
  const row = line('/etc/group', name)
  return row ? Number(row[2]) : null
}

/** Whether every user may pass through the folder and all above it. */
export function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return dirname(folder) === folder || isOpen(dirname(folder))
}
