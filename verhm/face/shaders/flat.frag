#version 330 core
struct Material { sampler2D base_color_texture; };
uniform Material material;
#ifdef TEXCOORD_0_LOC
in vec2 uv;
#endif
in vec4 tint;
out vec4 pixel;
void main() {
#ifdef TEXCOORD_0_LOC
    pixel = min(texture(material.base_color_texture, uv) * tint, 1.0);
#else
    pixel = min(tint, 1.0);
#endif
}
