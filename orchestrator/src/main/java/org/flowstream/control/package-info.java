/** The inside of a running middlebox, by the control protocol of Click's ControlSocket 1.3. */
@NullMarked
package org.flowstream.control;

import org.jspecify.annotations.NullMarked;
