/** Packet tests of templates in a booted machine: the same files as on the process build, and the same outcome. */
@DependsOn({"control", "libvirt", "process"})
@NullMarked
package org.flowstream.trial;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
