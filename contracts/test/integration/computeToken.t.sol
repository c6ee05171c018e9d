// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Base} from "contracts/test/Base.t.sol";

contract ComputeTokenTest is Base {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function test_GivesTheGenesisSupplyToTheTreasury() external view {
        assertEq(network.token.name(), "Berkeley Compute Token");
        assertEq(network.token.symbol(), "BCT");
        assertEq(network.token.decimals(), 18);
        assertEq(network.token.balanceOf(treasury), 1e27);
        assertEq(network.token.totalSupply(), 1e27);
    }

    function test_LetsHoldersBurnTheirOwn() external {
        vm.prank(treasury);
        network.token.burn(1e18);
        assertEq(network.token.totalSupply(), 1e27 - 1e18);
    }

    function test_ApprovesBySignature() external {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        bytes32 digest = keccak256(
            abi.encodePacked(
                hex"1901",
                network.token.DOMAIN_SEPARATOR(),
                keccak256(abi.encode(PERMIT, signer, bob, 7, 0, START + 60))
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        network.token.permit(signer, bob, 7, START + 60, v, r, s);
        assertEq(network.token.allowance(signer, bob), 7);

        skip(61);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, START + 60));
        network.token.permit(signer, bob, 7, START + 60, v, r, s);
    }
}
