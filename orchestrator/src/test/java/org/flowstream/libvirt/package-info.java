/** Tests of libvirt: on its own test driver where that is enough, else on the real one. */
@NullMarked
package org.flowstream.libvirt;

import org.jspecify.annotations.NullMarked;
