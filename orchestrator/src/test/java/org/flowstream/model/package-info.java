/** Tests of the declared objects. */
@NullMarked
package org.flowstream.model;

import org.jspecify.annotations.NullMarked;
