import { cliActor, permit } from '../../src/access/policy.ts'
import { compose } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'

/** One comparison of everything in a process of its own, for what it takes of time and memory; prints a line of JSON. */
const services = compose(parseConfig(process.env), logger('silent'), { connections: 4 })
const allowed = permit(cliActor('bench'), 'reconcile.change')
if (!allowed.ok) throw new Error('The command line may not compare')
const [start, before] = [performance.now(), process.cpuUsage()]
const run = await services.reconcile.runs.now(allowed.value, { kind: 'all' })
const [ms, cpu] = [performance.now() - start, process.cpuUsage(before)]
const peakMb = process.resourceUsage().maxRSS / 1024
process.stdout.write(JSON.stringify({ ms, cpuMs: (cpu.user + cpu.system) / 1000, peakMb, run }))
await services.close()
