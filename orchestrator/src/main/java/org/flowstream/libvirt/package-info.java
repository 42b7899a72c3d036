/** Machines, by libvirt: observing them and doing what a plan says. */
@NullMarked
package org.flowstream.libvirt;

import org.jspecify.annotations.NullMarked;
