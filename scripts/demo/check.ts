import { globSync, readFileSync } from 'node:fs'
import { journey } from './journey.ts'
import type { Kind } from './servers.ts'
import { startDemo, type Demo } from './start.ts'
import { stepper } from './steps.ts'

/**
 * Starts everything on fresh servers, walks the main job as its users would, from outside, and ends everything. Prints each
 * step with its time; answers the exit code.
 */
export async function check(options: { kind: Kind; folder: string }): Promise<number> {
  const { kind, folder } = options
  const begun = Date.now()
  const print = (line: string) => console.log(line)
  const step = stepper(print)
  let demo: Demo | null = null
  let failed = false
  try {
    demo = await step(`start with ${kind} servers, fill the province`, () =>
      startDemo({ kind, folder, port: null, kept: false, say: () => undefined }),
    )
    await journey(demo, step)
    if (!demo.servers.imap)
      print(
        '-                not offered by the embedded mail server: IMAP, submission (npm run demo -- --servers real --check)',
      )
  } catch (error) {
    failed = true
    print(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    for (const log of globSync(`${folder}/*/*.log`)) {
      const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
      print(`${log} (${lines.length} lines):\n  ${lines.slice(-8).join('\n  ')}`)
    }
  }
  const started = demo
  if (started)
    await step('stop everything', () => started.stop()).catch((error: unknown) => {
      failed = true
      print(String(error))
    })
  print(`${failed ? 'Failed' : 'Passed'} in ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  return failed ? 1 : 0
}
