import { permit } from '../../src/access/policy.ts'
import { AccountId, RequestId } from '../../src/kernel/ids.ts'
import { compose } from '../../src/main/compose.ts'
import { readConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'

// What the web service does when an approver presses the button, for the test that kills it: the first argument is the
// approver's account, the others are the requests; all at once, again and again until somebody ends this process.
const [approver, ...ids] = process.argv.slice(2)
const services = compose(readConfig(), logger('silent'), { connections: 10 })
const actor = await services.actors.byId(AccountId.parse(approver))
if (!actor) throw new Error('The approver may not sign in')
const may = permit(actor, 'request.decide')
if (!may.ok) throw new Error('The approver may not decide')
process.stdout.write('Approving\n')
const choice = { version: 2, identity: 'in-person', handOver: 'link' } as const
await Promise.all(ids.map((id) => services.requests.approve(may.value, RequestId.parse(id), choice)))
process.stdout.write('Done\n')
setInterval(() => undefined, 1_000)
