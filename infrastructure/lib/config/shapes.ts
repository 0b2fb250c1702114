import type { NatMode } from './config.ts'

/** All that differs between the shapes: one row each, so that a cost has one place. */
export interface Shape {
  readonly nat: NatMode
  readonly task: {
    readonly backend: { readonly cpu: number; readonly memoryMib: number }
    readonly frontend: { readonly cpu: number; readonly memoryMib: number }
    readonly min: number
    readonly max: number
  }
  readonly database: {
    readonly instance: string
    readonly multiZone: boolean
    readonly storageGb: number
    readonly storageGbMax: number
    readonly backupDays: number
    /** Half of what the instance has: below it MariaDB begins to swap under load. */
    readonly freeMemoryBytesMin: number
    readonly connectionsMax: number
  }
  readonly cache: {
    readonly engine: 'redis' | 'valkey'
    readonly node: string
    readonly nodes: number
  }
  readonly containerInsights: boolean
}

export const shapes = {
  recommended: {
    nat: 'gateway',
    task: {
      backend: { cpu: 1024, memoryMib: 2048 },
      frontend: { cpu: 256, memoryMib: 512 },
      min: 2,
      max: 6,
    },
    database: {
      instance: 't4g.medium',
      multiZone: true,
      storageGb: 20,
      storageGbMax: 100,
      backupDays: 14,
      freeMemoryBytesMin: 400_000_000,
      connectionsMax: 300,
    },
    cache: { engine: 'redis', node: 'cache.t4g.micro', nodes: 2 },
    containerInsights: true,
  },
  cheapest: {
    nat: 'instance',
    task: {
      backend: { cpu: 256, memoryMib: 512 },
      frontend: { cpu: 256, memoryMib: 512 },
      min: 1,
      max: 2,
    },
    database: {
      instance: 't4g.micro',
      multiZone: false,
      storageGb: 20,
      storageGbMax: 100,
      backupDays: 7,
      freeMemoryBytesMin: 100_000_000,
      connectionsMax: 80,
    },
    cache: { engine: 'valkey', node: 'cache.t4g.micro', nodes: 1 },
    containerInsights: true,
  },
} as const satisfies Record<string, Shape>
