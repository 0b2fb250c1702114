import type { Store } from '@bp/store/store'
import type { BackendConfig } from '../../config/config.ts'
import { openSsm } from '../ssm.ts'
import { databasePointers } from './database-pointers.ts'
import type { FleetPointers } from './fleet-pointers.ts'
import { ssmPointers } from './ssm-pointers.ts'

/** The place that the configuration names. */
export const openPointers = (
  { pointers }: Pick<BackendConfig, 'pointers'>,
  store: Store,
): FleetPointers => (pointers === 'ssm' ? ssmPointers(openSsm()) : databasePointers(store))
