import type { NodeClass } from '../node-class.ts'
import { arrangeNodes } from './arrange.ts'
import { batchNodes } from './batch.ts'
import { blendNodes } from './blend.ts'
import { blurNodes } from './blur.ts'
import { colourNodes } from './colour.ts'
import { compositeNodes } from './composite.ts'
import { loadNodes } from './load.ts'
import { maskNodes } from './masks.ts'
import { morphologyNodes } from './morphology.ts'
import { quantizeNodes } from './quantize.ts'
import { saveNodes } from './save.ts'
import { scaleNodes } from './scale.ts'
import { valueNodes } from './values.ts'

/** All node classes by name: the part of ComfyUI's core that works on pictures and needs no model. */
export const nodeClasses: ReadonlyMap<string, NodeClass> = new Map(
  [
    loadNodes,
    saveNodes,
    scaleNodes,
    arrangeNodes,
    batchNodes,
    blendNodes,
    blurNodes,
    quantizeNodes,
    colourNodes,
    compositeNodes,
    maskNodes,
    morphologyNodes,
    valueNodes,
  ]
    .flat()
    .map(node => [node.name, node]),
)
