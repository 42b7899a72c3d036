/** Domain XML: what libvirt is told of a machine, and the tag by which its domain is known again. */
@NullMarked
package org.flowstream.domain;

import org.jspecify.annotations.NullMarked;
