"""Blender without its window: an empty scene, materials, sky and lamps, a camera, and one render that also says which object every pixel shows."""
import math
import pathlib
import tempfile

import bpy
import cv2
import numpy as np
import OpenEXR
from mathutils import Euler, Vector

SAMPLES = 5


class Studio:
    """One picture's scene. Objects of one thing share an index; 0 is what has no name."""

    def __init__(self, random):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.random, self.things = random, 0
        self.scene = bpy.context.scene
        self.scene.render.engine = "CYCLES"
        self.scene.render.threads_mode, self.scene.render.threads = "FIXED", 1
        cycles = self.scene.cycles
        cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = SAMPLES, False, False
        cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 2, 1, 1
        cycles.transmission_bounces, cycles.transparent_max_bounces, cycles.use_light_tree = 1, 4, False
        cycles.sample_clamp_indirect, cycles.caustics_reflective, cycles.caustics_refractive = 4.0, False, False
        cycles.seed = int(random.integers(1 << 30))
        layer = self.scene.view_layers[0]
        layer.use_pass_object_index = layer.use_pass_z = True

    def thing(self):
        """A new index, from 1."""
        self.things += 1
        return self.things

    def add(self, mesh, material, at=(0, 0, 0), turn=(0, 0, 0), scale=(1, 1, 1), index=0, smooth=True):
        """`mesh`: (vertices, faces). Turn in radians, about x, then y, then z."""
        data = bpy.data.meshes.new("mesh")
        data.from_pydata(*(np.asarray(part).tolist() if isinstance(part, np.ndarray) else part for part in (mesh[0], [], mesh[1])))
        if smooth:
            data.shade_smooth()
        data.materials.append(material)
        thing = bpy.data.objects.new("object", data)
        thing.location, thing.rotation_euler, thing.pass_index = at, Euler(turn), index
        thing.scale = (scale,) * 3 if np.isscalar(scale) else scale
        self.scene.collection.objects.link(thing)
        return thing

    def camera(self, at, look, width, height, field):
        """`field`: radians across the longer side."""
        data = bpy.data.cameras.new("camera")
        data.sensor_fit, data.angle = "AUTO", field
        camera = bpy.data.objects.new("camera", data)
        camera.location = at
        camera.rotation_euler = (Vector(look) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        camera.rotation_euler.rotate_axis("Z", self.random.normal(0, 0.02))
        self.scene.collection.objects.link(camera)
        self.scene.camera = camera
        self.frame = (np.array(at, float), camera.rotation_euler.to_matrix(), math.tan(field / 2), height / width)
        self.scene.render.resolution_x, self.scene.render.resolution_y, self.scene.render.resolution_percentage = width, height, 100

    def ground(self, across, up, height=0.0):
        """Where the line of sight through (across, up), each -1..1 of the picture, meets this height; None above the horizon."""
        at, turn, half, aspect = self.frame
        direction = np.array(turn @ Vector((across * half, up * half * aspect, -1.0)))
        if direction[2] > -0.02:
            return None
        return at + direction * ((height - at[2]) / direction[2])

    def sky(self, top, horizon, ground, strength, clouds=0.0):
        """A gradient from below the horizon to the zenith, with clouds that a water surface mirrors."""
        world = bpy.data.worlds.new("sky")
        self.scene.world, world.cycles.sampling_method = world, "NONE"  # a map of so smooth a sky costs a second and saves nothing
        nodes, links = world.node_tree.nodes, world.node_tree.links
        where, split, ramp = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ"), nodes.new("ShaderNodeValToRGB")
        links.new(where.outputs["Generated"], split.inputs[0])
        half = nodes.new("ShaderNodeMath")
        half.operation, half.inputs[1].default_value, half.inputs[2].default_value = "MULTIPLY_ADD", 0.5, 0.5
        links.new(split.outputs["Z"], half.inputs[0])
        links.new(half.outputs[0], ramp.inputs[0])
        elements = ramp.color_ramp.elements
        elements[0].position, elements[0].color = 0.45, (*ground, 1)
        elements[1].position, elements[1].color = 1.0, (*top, 1)
        elements.new(0.52).color = (*horizon, 1)
        colour = ramp.outputs[0]
        if clouds > 0:
            noise, mix = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeMixRGB")
            noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = float(self.random.uniform(2, 7)), 2.0
            links.new(where.outputs["Generated"], noise.inputs[0])
            links.new(noise.outputs[0], mix.inputs[0])
            links.new(colour, mix.inputs[1])
            mix.inputs[2].default_value = (clouds, clouds, clouds, 1)
            colour = mix.outputs[0]
        links.new(colour, nodes["Background"].inputs[0])
        nodes["Background"].inputs[1].default_value = strength

    def lamp(self, kind, at, look, power, colour=(1, 1, 1), size=0.2, spread=1.2):
        """SUN (W/m2), AREA, POINT or SPOT (W)."""
        data = bpy.data.lights.new("lamp", kind)
        data.energy, data.color = power, colour
        if kind == "SUN":
            data.angle = size
        elif kind == "AREA":
            data.size = size
        else:
            data.shadow_soft_size = size
        if kind == "SPOT":
            data.spot_size, data.spot_blend = spread, 0.6
        lamp = bpy.data.objects.new("lamp", data)
        lamp.location = at
        lamp.rotation_euler = (Vector(look) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        self.scene.collection.objects.link(lamp)

    def material(self, colour, rough=0.6, metal=0.0, alpha=1.0, glow=0.0, spots=None, bump=0.0, scale=8.0, specular=0.5, wave=0.0):
        """A principled surface; `spots` is a second colour in a noise pattern, `bump` its relief, both at `scale` a metre."""
        made = bpy.data.materials.new("material")
        nodes, links = made.node_tree.nodes, made.node_tree.links
        surface = nodes["Principled BSDF"]
        values = {"Base Color": (*colour, 1), "Roughness": rough, "Metallic": metal, "Alpha": alpha, "Specular IOR Level": specular}
        if glow > 0:
            values |= {"Emission Color": (*colour, 1), "Emission Strength": glow}
        for name, value in values.items():
            surface.inputs[name].default_value = value
        if spots is None and bump == 0:
            return made
        where, noise = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeTexNoise")
        links.new(where.outputs["Object"], noise.inputs[0])
        noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, 1.5
        noise.inputs["Distortion"].default_value = wave
        if spots is not None:
            ramp = nodes.new("ShaderNodeValToRGB")
            ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (*colour, 1), (*spots, 1)
            ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.42, 0.6
            links.new(noise.outputs[0], ramp.inputs[0])
            links.new(ramp.outputs[0], surface.inputs["Base Color"])
        if bump > 0:
            relief = nodes.new("ShaderNodeBump")
            relief.inputs["Strength"].default_value, relief.inputs["Distance"].default_value = min(1.0, bump), 0.1 * bump
            links.new(noise.outputs[0], relief.inputs["Height"])
            links.new(relief.outputs[0], surface.inputs["Normal"])
        return made

    def render(self):
        """Linear RGB [H,W,3], metres from the camera [H,W], and the index of the thing in each pixel [H,W]."""
        with tempfile.TemporaryDirectory() as folder:
            file = str(pathlib.Path(folder) / "picture.exr")
            settings = self.scene.render.image_settings
            settings.media_type, settings.file_format = "MULTI_LAYER_IMAGE", "OPEN_EXR_MULTILAYER"
            self.scene.render.filepath = file
            bpy.ops.render.render(write_still=True)
            parts = {part.name().split(".")[-1]: next(iter(part.channels.values())).pixels for part in OpenEXR.File(file).parts}
        linear = smooth(np.nan_to_num(parts["Combined"][..., :3].astype(np.float32)).clip(0, 1e3))
        return linear, np.minimum(parts["Depth"], 1e4), np.rint(parts["Object Index"]).astype(int)


def smooth(linear):
    """Takes the grain of few samples away at a fraction of a denoiser's time: edges stay, as the logarithm is filtered by what is alike."""
    tone = np.log1p(8 * linear).astype(np.float32)
    calm = cv2.bilateralFilter(cv2.medianBlur(tone, 3), 5, 0.35, 1.6)
    return np.expm1(0.25 * tone + 0.75 * calm) / 8


def aim(at, heading, tilt, length=1.0):
    """A point `length` metres from `at`; heading and tilt (down) in radians."""
    return (at[0] + length * math.cos(tilt) * math.cos(heading), at[1] + length * math.cos(tilt) * math.sin(heading), at[2] - length * math.sin(tilt))
