#version 330 core
// Takes the place of pyrender's own, which inverts a matrix for each corner.
layout(location = 0) in vec3 position;
#ifdef TEXCOORD_0_LOC
layout(location = TEXCOORD_0_LOC) in vec2 texcoord_0;
out vec2 uv;
#endif
layout(location = COLOR_0_LOC) in vec4 color_0;
uniform mat4 V;
uniform mat4 P;
out vec4 tint;
void main() {
    gl_Position = P * (V * vec4(position, 1.0));
#ifdef TEXCOORD_0_LOC
    uv = texcoord_0;
#endif
    tint = color_0;
}
