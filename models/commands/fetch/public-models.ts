// Public detectors under permissive licences that models:fetch can get. Nothing of them is in this repository. Sizes and hashes are those that
// several independent projects publish for the same release files; what a download has is compared with them before it is used.
import type { FamilyName } from '../../../services/vision/detection/families/families.ts'

export interface PublicModel {
  readonly name: string
  readonly about: string
  readonly licence: string
  readonly trainedOn: string
  readonly url: string
  readonly bytes: number
  readonly sha256: string
  readonly family: FamilyName
  readonly labels: readonly string[]
}

/** The 80 classes of COCO 2017 in the order of the challenge. */
const coco80 =
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'.split(
    ',',
  )

const yolox = (file: string, about: string, bytes: number, sha256: string): PublicModel => ({
  name: file,
  about,
  licence: 'Apache-2.0',
  trainedOn: 'COCO 2017 (Megvii YOLOX, release 0.1.1rc0)',
  url: `https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/${file}.onnx`,
  bytes,
  sha256,
  family: 'yolox',
  labels: coco80,
})

export const publicModels: readonly PublicModel[] = [
  yolox(
    'yolox_nano',
    '416 px, 0.9 M parameters',
    3_659_407,
    'c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d',
  ),
  yolox(
    'yolox_tiny',
    '416 px, 5 M parameters',
    20_219_662,
    '427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7',
  ),
  yolox(
    'yolox_s',
    '640 px, 9 M parameters',
    35_858_002,
    'c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063',
  ),
]
