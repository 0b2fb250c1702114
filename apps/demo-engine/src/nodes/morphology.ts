import { extremePlane } from '../images/extremes.ts'
import type { Plane } from '../images/picture.ts'
import { combo, defineNode, int, type NodeClass } from '../node-class.ts'
import { PythonError } from '../python-error.ts'
import { eachFrame } from './each-frame.ts'

type Operation = (plane: Plane, size: number) => Float32Array

const erode: Operation = (plane, size) => extremePlane(plane, size, 'lowest')
const dilate: Operation = (plane, size) => extremePlane(plane, size, 'highest')
const open: Operation = (plane, size) => dilate({ ...plane, data: erode(plane, size) }, size)
const close: Operation = (plane, size) => erode({ ...plane, data: dilate(plane, size) }, size)

const OPERATIONS: Record<string, Operation> = {
  erode,
  dilate,
  open,
  close,
  gradient: (plane, size) => difference(dilate(plane, size), erode(plane, size)),
  bottom_hat: (plane, size) => difference(close(plane, size), plane.data),
  top_hat: (plane, size) => difference(plane.data, open(plane, size)),
}

function difference(one: Float32Array, two: Float32Array): Float32Array {
  return one.map((value, index) => value - two[index]!)
}

/** Growing and shrinking of bright areas, and the outlines that follow from it. */
export const morphologyNodes: readonly NodeClass[] = [
  defineNode({
    name: 'Morphology',
    displayName: 'ImageMorphology',
    pythonModule: 'comfy_extras.nodes_morphology',
    category: 'image/postprocessing',
    schema: 'v3',
    inputs: {
      required: {
        image: ['IMAGE', {}],
        operation: combo(...Object.keys(OPERATIONS)),
        kernel_size: int(3, 3, 999),
      },
    },
    outputs: ['IMAGE'],
    run: async (inputs, context) => {
      const name = inputs.text('operation')
      const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
      if (operation === undefined)
        throw new PythonError(
          'ValueError',
          `Invalid operation ${name} for morphology. Must be one of 'erode', 'dilate', 'open', 'close', 'gradient', 'tophat', 'bottomhat'`,
        )
      const size = inputs.number('kernel_size')
      return {
        outputs: [
          await eachFrame(inputs.picture('image'), context, plane => operation(plane, size)),
        ],
      }
    },
  }),
]
