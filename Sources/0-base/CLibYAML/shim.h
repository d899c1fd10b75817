/* System libyaml, as pkg-config yaml-0.1 finds it. Nothing of ours. */
#include <yaml.h>
