// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {KickReason, OperatorMode} from "contracts/src/types/Types.sol";

/// @title Operator identities: an ERC-721 whose holder runs the operator's pools
/// @notice Anyone can become an operator. Selling the token moves the business.
interface IOperatorRegistry is IERC721 {
    /// @notice An operator came to be. Its first owner is in the ERC-721 `Transfer` of the same transaction.
    event OperatorRegistered(
        uint256 indexed operatorId, address indexed owner, OperatorMode mode, string name, string metadataURI
    );
    /// @notice The operator's description moved.
    event OperatorMetadataSet(uint256 indexed operatorId, string name, string metadataURI);
    /// @notice Rewards of the operator go to `payout` from now on; zero means the holder of the token.
    event PayoutSet(uint256 indexed operatorId, address indexed payout);
    /// @notice `member` may bring GPUs to the pools of a distributed operator.
    event MemberAdded(uint256 indexed operatorId, address indexed member);
    /// @notice `member` may bring no more GPUs. Those it brought stay its own.
    event MemberKicked(uint256 indexed operatorId, address indexed member, KickReason reason);

    /// @notice `account` doesn't hold the operator's token.
    error OperatorRegistry_NotOperator(uint256 operatorId, address account);
    /// @notice Only a distributed operator has members.
    error OperatorRegistry_NotDistributed(uint256 operatorId, OperatorMode mode);
    /// @notice `member` is in already.
    error OperatorRegistry_AlreadyMember(uint256 operatorId, address member);
    /// @notice `member` isn't in.
    error OperatorRegistry_NotMember(uint256 operatorId, address member);
    /// @notice The name is empty or longer than 64 bytes.
    error OperatorRegistry_BadName(uint256 length);
    /// @notice The zero address can't be a member.
    error OperatorRegistry_ZeroAddress();

    /// @notice Makes the caller an operator.
    /// @param mode how its pools are run; fixed for life
    /// @param name shown to customers, 1 to 64 bytes
    /// @param metadataURI where more is told; may be empty
    /// @return operatorId counted from 1
    function register(OperatorMode mode, string calldata name, string calldata metadataURI)
        external
        returns (uint256 operatorId);

    /// @notice Changes name and metadata. By the holder.
    function setMetadata(uint256 operatorId, string calldata name, string calldata metadataURI) external;

    /// @notice Sets where the operator's rewards go. By the holder. Zero: to the holder.
    function setPayout(uint256 operatorId, address payout) external;

    /// @notice Lets `member` bring GPUs. By the holder, of a distributed operator only.
    function addMember(uint256 operatorId, address member) external;

    /// @notice Ends a membership. By the holder.
    function kickMember(uint256 operatorId, address member, KickReason reason) external;

    /// @notice How the operator runs its pools.
    function modeOf(uint256 operatorId) external view returns (OperatorMode);

    /// @notice Where the operator's rewards go now.
    function payoutOf(uint256 operatorId) external view returns (address);

    /// @notice Whether `account` may bring GPUs to the operator's pools: its holder, or a member in good standing.
    function canContribute(uint256 operatorId, address account) external view returns (bool);

    /// @notice Whether `account` is a member in good standing.
    function isMember(uint256 operatorId, address account) external view returns (bool);

    /// @notice Reverts unless `account` holds the operator's token.
    function requireOperator(uint256 operatorId, address account) external view;
}
