"""Inputs and outputs of the node classes that ship with ComfyUI, in the order of their saved values (checked in its version 0.8.0).

A line a class: ``*name`` is a socket, any other name a widget; ``name+`` is a seed, whose saved value is followed by what becomes of it
after each run; ``^name`` is a saved value that is no input at all. Outputs stand behind the arrow.
"""

from __future__ import annotations

from typing import NamedTuple

from app.language import marked

TABLE = """
CheckpointLoaderSimple: ckpt_name -> MODEL CLIP VAE
CheckpointLoader: config_name ckpt_name -> MODEL CLIP VAE
unCLIPCheckpointLoader: ckpt_name -> MODEL CLIP VAE CLIP_VISION
DiffusersLoader: model_path -> MODEL CLIP VAE
UNETLoader: unet_name weight_dtype -> MODEL
CLIPLoader: clip_name type device -> CLIP
DualCLIPLoader: clip_name1 clip_name2 type device -> CLIP
TripleCLIPLoader: clip_name1 clip_name2 clip_name3 -> CLIP
VAELoader: vae_name -> VAE
LoraLoader: *model *clip lora_name strength_model strength_clip -> MODEL CLIP
LoraLoaderModelOnly: *model lora_name strength_model -> MODEL
ControlNetLoader: control_net_name -> CONTROL_NET
DiffControlNetLoader: *model control_net_name -> CONTROL_NET
CLIPVisionLoader: clip_name -> CLIP_VISION
StyleModelLoader: style_model_name -> STYLE_MODEL
GLIGENLoader: gligen_name -> GLIGEN
UpscaleModelLoader: model_name -> UPSCALE_MODEL
CLIPTextEncode: text *clip -> CONDITIONING
CLIPSetLastLayer: *clip stop_at_clip_layer -> CLIP
CLIPTextEncodeSDXL: *clip width height crop_w crop_h target_width target_height text_g text_l -> CONDITIONING
CLIPTextEncodeSDXLRefiner: ascore width height text *clip -> CONDITIONING
CLIPTextEncodeSD3: *clip clip_l clip_g t5xxl empty_padding -> CONDITIONING
CLIPTextEncodeFlux: *clip clip_l t5xxl guidance -> CONDITIONING
FluxGuidance: *conditioning guidance -> CONDITIONING
FluxDisableGuidance: *conditioning -> CONDITIONING
TextEncodeQwenImageEdit: *clip prompt *vae *image -> CONDITIONING
TextEncodeQwenImageEditPlus: *clip prompt *vae *image1 *image2 *image3 -> CONDITIONING
ConditioningCombine: *conditioning_1 *conditioning_2 -> CONDITIONING
ConditioningConcat: *conditioning_to *conditioning_from -> CONDITIONING
ConditioningAverage: *conditioning_to *conditioning_from conditioning_to_strength -> CONDITIONING
ConditioningSetArea: *conditioning width height x y strength -> CONDITIONING
ConditioningSetAreaPercentage: *conditioning width height x y strength -> CONDITIONING
ConditioningSetAreaStrength: *conditioning strength -> CONDITIONING
ConditioningSetMask: *conditioning *mask strength set_cond_area -> CONDITIONING
ConditioningZeroOut: *conditioning -> CONDITIONING
ConditioningSetTimestepRange: *conditioning start end -> CONDITIONING
GLIGENTextBoxApply: *conditioning_to *clip *gligen_textbox_model text width height x y -> CONDITIONING
CLIPVisionEncode: *clip_vision *image crop -> CLIP_VISION_OUTPUT
unCLIPConditioning: *conditioning *clip_vision_output strength noise_augmentation -> CONDITIONING
StyleModelApply: *conditioning *style_model *clip_vision_output strength strength_type -> CONDITIONING
ReferenceLatent: *conditioning *latent -> CONDITIONING
InstructPixToPixConditioning: *positive *negative *vae *pixels -> positive negative latent
ControlNetApply: *conditioning *control_net *image strength -> CONDITIONING
ControlNetApplyAdvanced: *positive *negative *control_net *image strength start_percent end_percent *vae -> positive negative
ControlNetApplySD3: *positive *negative *control_net *vae *image strength start_percent end_percent -> positive negative
SetUnionControlNetType: *control_net type -> CONTROL_NET
ControlNetInpaintingAliMamaApply: *positive *negative *control_net *vae *image *mask strength start_percent end_percent -> positive negative
Canny: *image low_threshold high_threshold -> IMAGE
EmptyLatentImage: width height batch_size -> LATENT
EmptySD3LatentImage: width height batch_size -> LATENT
EmptyFlux2LatentImage: width height batch_size -> LATENT
EmptyQwenImageLayeredLatentImage: width height layers batch_size -> LATENT
VAEEncode: *pixels *vae -> LATENT
VAEDecode: *samples *vae -> IMAGE
VAEEncodeTiled: *pixels *vae tile_size overlap temporal_size temporal_overlap -> LATENT
VAEDecodeTiled: *samples *vae tile_size overlap temporal_size temporal_overlap -> IMAGE
VAEEncodeForInpaint: *pixels *vae *mask grow_mask_by -> LATENT
InpaintModelConditioning: *positive *negative *vae *pixels *mask noise_mask -> positive negative LATENT
SetLatentNoiseMask: *samples *mask -> LATENT
LatentUpscale: *samples upscale_method width height crop -> LATENT
LatentUpscaleBy: *samples upscale_method scale_by -> LATENT
LatentFromBatch: *samples batch_index length -> LATENT
RepeatLatentBatch: *samples amount -> LATENT
LatentComposite: *samples_to *samples_from x y feather -> LATENT
LatentCompositeMasked: *destination *source x y resize_source *mask -> LATENT
LatentBlend: *samples1 *samples2 blend_factor -> LATENT
LatentCrop: *samples width height x y -> LATENT
LatentRotate: *samples rotation -> LATENT
LatentFlip: *samples flip_method -> LATENT
SaveLatent: *samples filename_prefix ->
LoadLatent: latent -> LATENT
KSampler: *model seed+ steps cfg sampler_name scheduler *positive *negative *latent_image denoise -> LATENT
KSamplerAdvanced: *model add_noise noise_seed+ steps cfg sampler_name scheduler *positive *negative *latent_image start_at_step \
end_at_step return_with_leftover_noise -> LATENT
SamplerCustom: *model add_noise noise_seed+ cfg *positive *negative *sampler *sigmas *latent_image -> output denoised_output
SamplerCustomAdvanced: *noise *guider *sampler *sigmas *latent_image -> output denoised_output
RandomNoise: noise_seed+ -> NOISE
DisableNoise: -> NOISE
BasicGuider: *model *conditioning -> GUIDER
CFGGuider: *model *positive *negative cfg -> GUIDER
DualCFGGuider: *model *cond1 *cond2 *negative cfg_conds cfg_cond2_negative style -> GUIDER
KSamplerSelect: sampler_name -> SAMPLER
BasicScheduler: *model scheduler steps denoise -> SIGMAS
KarrasScheduler: steps sigma_max sigma_min rho -> SIGMAS
ExponentialScheduler: steps sigma_max sigma_min -> SIGMAS
PolyexponentialScheduler: steps sigma_max sigma_min rho -> SIGMAS
SDTurboScheduler: *model steps denoise -> SIGMAS
BetaSamplingScheduler: *model steps alpha beta -> SIGMAS
VPScheduler: steps beta_d beta_min eps_s -> SIGMAS
Flux2Scheduler: steps width height -> SIGMAS
SplitSigmas: *sigmas step -> high_sigmas low_sigmas
SplitSigmasDenoise: *sigmas denoise -> high_sigmas low_sigmas
FlipSigmas: *sigmas -> SIGMAS
ManualSigmas: sigmas -> SIGMAS
ModelSamplingSD3: *model shift -> MODEL
ModelSamplingAuraFlow: *model shift -> MODEL
ModelSamplingFlux: *model max_shift base_shift width height -> MODEL
ModelSamplingDiscrete: *model sampling zsnr -> MODEL
RescaleCFG: *model multiplier -> MODEL
PerturbedAttentionGuidance: *model scale -> MODEL
FreeU: *model b1 b2 s1 s2 -> MODEL
FreeU_V2: *model b1 b2 s1 s2 -> MODEL
CFGZeroStar: *model -> MODEL
CFGNorm: *model strength -> MODEL
DifferentialDiffusion: *model -> MODEL
LoadImage: image ^upload -> IMAGE MASK
LoadImageMask: image channel ^upload -> MASK
SaveImage: *images filename_prefix ->
PreviewImage: *images ->
ImageScale: *image upscale_method width height crop -> IMAGE
ImageScaleBy: *image upscale_method scale_by -> IMAGE
ImageScaleToTotalPixels: *image upscale_method megapixels resolution_steps -> IMAGE
ImageUpscaleWithModel: *upscale_model *image -> IMAGE
ImagePadForOutpaint: *image left top right bottom feathering -> IMAGE MASK
ImageInvert: *image -> IMAGE
ImageBatch: *image1 *image2 -> IMAGE
EmptyImage: width height batch_size color -> IMAGE
ImageCrop: *image width height x y -> IMAGE
ImageStitch: *image1 direction match_image_size spacing_width spacing_color *image2 -> IMAGE
ImageBlend: *image1 *image2 blend_factor blend_mode -> IMAGE
ImageBlur: *image blur_radius sigma -> IMAGE
ImageSharpen: *image sharpen_radius sigma alpha -> IMAGE
ImageQuantize: *image colors dither -> IMAGE
ImageCompositeMasked: *destination *source x y resize_source *mask -> IMAGE
FluxKontextImageScale: *image -> IMAGE
GetImageSize: *image -> width height batch_size
SplitImageWithAlpha: *image -> IMAGE MASK
JoinImageWithAlpha: *image *alpha -> IMAGE
PorterDuffImageComposite: *source *source_alpha *destination *destination_alpha mode -> IMAGE MASK
SolidMask: value width height -> MASK
InvertMask: *mask -> MASK
CropMask: *mask x y width height -> MASK
FeatherMask: *mask left top right bottom -> MASK
GrowMask: *mask expand tapered_corners -> MASK
ThresholdMask: *mask value -> MASK
MaskComposite: *destination *source x y operation -> MASK
MaskToImage: *mask -> IMAGE
ImageToMask: *image channel -> MASK
ImageColorToMask: *image color -> MASK
PrimitiveString: value -> STRING
PrimitiveStringMultiline: value -> STRING
PrimitiveInt: value+ -> INT
PrimitiveFloat: value -> FLOAT
PrimitiveBoolean: value -> BOOLEAN
Note: text ->
MarkdownNote: text ->
Reroute: *any -> any
SetNode: Constant ->
GetNode: Constant -> any
"""


class ComfyClass(NamedTuple):
    """``saved`` are the names behind the values of a saved node, in order, with the marks of the table."""

    sockets: tuple[str, ...]
    saved: tuple[str, ...]
    outputs: tuple[str, ...]


def _classes() -> dict[str, ComfyClass]:
    found = {}
    for line in TABLE.strip().splitlines():
        name, _, rest = line.partition(":")
        inputs, _, outputs = rest.partition("->")
        words = inputs.split()
        sockets = tuple(word[1:] for word in words if word.startswith("*"))
        found[name] = ComfyClass(sockets, tuple(word for word in words if not word.startswith("*")), tuple(outputs.split()))
    return found


CLASSES = _classes()

MODEL_WIDGETS = {
    "ckpt_name": marked("checkpoint"),
    "unet_name": marked("diffusion model"),
    "vae_name": marked("VAE"),
    "clip_name": marked("text encoder"),
    "clip_name1": marked("text encoder"),
    "clip_name2": marked("text encoder"),
    "clip_name3": marked("text encoder"),
    "lora_name": marked("LoRA"),
    "control_net_name": marked("ControlNet"),
    "style_model_name": marked("style model"),
    "gligen_name": marked("GLIGEN model"),
    "model_path": marked("diffusers folder"),
}
"""Widgets that name a model file, and what kind of file that is."""
