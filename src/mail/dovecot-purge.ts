import { z } from 'zod'
import type { Fault } from '../kernel/fault.ts'
import { TargetFault } from '../kernel/fault.ts'
import { explain, kindOf } from './doveadm.ts'
import type { Command, Doveadm } from './doveadm.ts'

const Names = z.array(z.object({ path: z.string() }))

export const posix = (path: string) => ({ fsDriver: 'posix', fsArgs: '', path })

/** The names that each of these folders holds, or an empty list where there is no such folder. Throws TargetFault. */
export async function namesIn(
  server: Doveadm,
  command: 'fsIter' | 'fsIterDirs',
  paths: readonly string[],
): Promise<string[][]> {
  const answers = await server.run(
    paths.map((path): Command => [command, posix(path)]),
    { mutates: false },
  )
  return answers.map((answer) => {
    if (!answer.ok) throw new TargetFault({ kind: kindOf(answer.exitCode), detail: explain(answer.exitCode) })
    return Names.parse(answer.answer).map(({ path }) => path)
  })
}

/** Folder by folder as deep as they go, a folder before those in it. */
export async function foldersBelow(server: Doveadm, roots: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let level = [...roots]; level.length > 0;) {
    const names = await namesIn(server, 'fsIterDirs', level)
    level = level.flatMap((path, index) => (names[index] ?? []).map((name) => `${path}/${name}`))
    found.push(...level)
  }
  return found
}

/**
 * Deletes whole trees: first the files, which `fsDelete` with `recursive` does, and then the folders from the deepest up,
 * each with a `/` at its end, for it leaves them. It answers "success" whatever it did: only what is read afterwards counts.
 * Answers for each tree whether there was anything, or why it is still there.
 */
export async function deleteTrees(server: Doveadm, trees: readonly string[]): Promise<(boolean | Fault)[]> {
  const before = await holdings(server, trees)
  const there = trees.filter((_, index) => before[index])
  if (there.length > 0) {
    const remove = (path: readonly string[], recursive: boolean): Command => [
      'fsDelete',
      { fsDriver: 'posix', fsArgs: '', path, recursive },
    ]
    await server.run(
      there.map((tree) => remove([tree], true)),
      { mutates: true },
    )
    const folders = await foldersBelow(server, there)
    const emptied = [...folders.toReversed(), ...there].map((path) => `${path}/`)
    await server.run(
      emptied.map((path) => remove([path], false)),
      { mutates: true },
    )
  }
  const after = await holdings(server, trees)
  return trees.map((tree, index) =>
    after[index]
      ? { kind: 'outcome-unknown', detail: `Dovecot was told to delete ${tree}, and it still holds something` }
      : (before[index] ?? false),
  )
}

/** Whether a folder holds anything at all, file or folder. */
async function holdings(server: Doveadm, paths: readonly string[]): Promise<boolean[]> {
  const folders = await namesIn(server, 'fsIterDirs', paths)
  const files = await namesIn(server, 'fsIter', paths)
  return paths.map((_, index) => (folders[index] ?? []).length + (files[index] ?? []).length > 0)
}
