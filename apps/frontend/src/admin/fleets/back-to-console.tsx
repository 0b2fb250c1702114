import { to } from '../../addresses.ts'
import { BackLink } from '../../shell/back-link.tsx'
import { fleetWords } from '../../text/en-fleets.ts'

export const BackToConsole = () => <BackLink to={to.console}>{fleetWords.back}</BackLink>
